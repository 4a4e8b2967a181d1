// Written by tests/transport/vectors.py; do not edit.
// clang-format off
#pragma once

#include <string_view>

namespace rozaneh::scramblesuit::vectors {

inline constexpr std::string_view kPassword =
    "21262b30353a3f44494e53585d62676c71767b80";
inline constexpr std::string_view kClientPrivate =
    "01080f161d242b323940474e555c636a71787f868d949ba2a9b0b7bec5ccd3dae1e8eff6fd040b121920272e353c434a"
    "51585f666d747b828990979ea5acb3bac1c8cfd6dde4ebf2f900070e151c232a31383f464d545b626970777e858c939a"
    "a1a8afb6bdc4cbd2d9e0e7eef5fc030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5dce3ea"
    "f1f8ff060d141b222930373e454c535a61686f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4fb020910171e252c333a";
inline constexpr std::string_view kServerPrivate =
    "f0fb06111c27323d48535e69747f8a95a0abb6c1ccd7e2edf8030e19242f3a45505b66717c87929da8b3bec9d4dfeaf5"
    "000b16212c37424d58636e79848f9aa5b0bbc6d1dce7f2fd08131e29343f4a55606b76818c97a2adb8c3ced9e4effa05"
    "101b26313c47525d68737e89949faab5c0cbd6e1ecf7020d18232e39444f5a65707b86919ca7b2bdc8d3dee9f4ff0a15"
    "202b36414c57626d78838e99a4afbac5d0dbe6f1fc07121d28333e49545f6a75808b96a1acb7c2cdd8e3eef9040f1a25";
inline constexpr std::string_view kClientPadding =
    "090a0b0c0d0e0f";
inline constexpr std::string_view kServerPadding =
    "030405060708090a0b0c0d0e";
inline constexpr std::string_view kClientHello =
    "cb79e405c52324884584057c427121386be45012c245a8551c175c01a25b82fc84a132698332d9c25757471ce8e87677"
    "cc0dfce7b5f32120eb44d27c5718fab3101a714588448a7b64a2345e2d2a60a6b9d8d8bb9bdd880426a29b89fba7e44e"
    "9b613f650bf3f919a8fae6fc56584f3691c0e77cd27eebc3fb1d76831a78da3a0f3881ece0b94450abc11250de14bf1f"
    "95b7b316a000946136fee85cbb1a6f611206a09ed0157d2e21a05a8c4ee7ff3b7c55aab6219680718ed6bf05a727f7fd"
    "090a0b0c0d0e0faabfbe977234869d8b6a44dc7eedfa379411a6e60d55cad5eb2b154d612b86d2";
inline constexpr std::string_view kServerHello =
    "67fbcd0364b06619a0cd1ca141e2a19d35f4e15f1d1d2250eaec54a7eaac880c76a24e79369fb767b4336bf875a6fe48"
    "57168802768e98533ee849a864fbe7312ef0b583958704ef529a0b8af99cd07b8d7e3d84f7f4fc054dfaa70523b7b177"
    "0b936c29fb2802faf66c0c38f699232ab08b16c29eb332c7103242952e66b905d6176faec51995144a4a14dd3b67ca68"
    "93a35e3abe344469e3684f63c1962187b664c80d524074eecf5d0a3d7eba6a648cf72e90c8ae4880f9be19374407763d"
    "030405060708090a0b0c0d0e5c3886eab5fe39d47eb5fcf329490086d7350a6e19dfbeb79b558eeefbc09105";
inline constexpr std::string_view kMasterKey =
    "a695a6c663e74c7b90f9158cc6fd1d74c97dd1349fde6ba98019372481a30285";
inline constexpr std::string_view kClientRecords =
    "c166a4cba76619e843fdde6b7ecf4e6b39c02f066b7ddde70eb31277dbf72ff9c12f56bc96aff32eed00b0739d2c6fc4"
    "d549d787b46c7c534cf52ceb6d825445249502b8116a6d934fce11f5875c5dc012d9d76a45e95418b3417f592a05f7";
inline constexpr std::string_view kServerRecords =
    "45ccad18f1816be42e6d93a4e2bf5ad62df30b97fc33f475bc9aabe9a2c90ad467a605022e0b29c718e9dfede3a61e5b"
    "848c42de4bd79902b39a5bc3504453e5246a285aad69fe149a219f29ab9792ccf2ebe80efbabc65e0763430f65e6e02a"
    "381d3d3dc830ebfcc443543ccf5d551765e57efe3ac39c70792f0c3fb73683a6639a4a663927abf9d31eaaebcbff252b"
    "5c7b068a64739f605ced3f06502316cce03a99f922dcb32494d6383736f79787e80d0a4db44fb85d755fcb02600fea0f"
    "ac35ee8691f219ee53ee1cd8ee1456b411b7fb802c3a4c1540b5fdf29e677d2e3b45231095820b2fc67f76020ffadd4d"
    "274fb89b83b67b06717c91b92a913e7fd45b910b";
inline constexpr std::string_view kSeed =
    "33404d5a6774818e9ba8b5c2cfdce9f603101d2a3744515e6b7885929facb9c6";
inline constexpr std::string_view kTicketMasterKey =
    "55585b5e6164676a6d707376797c7f8285888b8e9194979a9da0a3a6a9acafb2";
inline constexpr std::string_view kTicketIv =
    "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf";
inline constexpr std::string_view kTicketCipherKey =
    "0b141d262f38414a535c656e77808992";
inline constexpr std::string_view kTicketMacKey =
    "777d83898f959ba1a7adb3b9bfc5cbd1d7dde3e9eff5fb01070d13191f252b31";
inline constexpr std::string_view kTicket =
    "a0a1a2a3a4a5a6a7a8a9aaabacadaeafdd39e525fe6c17976b17db26cc03334c8be1a4a1a31b0105ee457bac3d149ba4"
    "6cdff931a93b5201cf2d5edc785b1be07d6f6b31803deadf84e502d5745f6bee52bac261b9bc668900fb21c22c20dc20"
    "ed55158270a8871020c27c52ab2ed2e1";
inline constexpr std::string_view kTicketHello =
    "a0a1a2a3a4a5a6a7a8a9aaabacadaeafdd39e525fe6c17976b17db26cc03334c8be1a4a1a31b0105ee457bac3d149ba4"
    "6cdff931a93b5201cf2d5edc785b1be07d6f6b31803deadf84e502d5745f6bee52bac261b9bc668900fb21c22c20dc20"
    "ed55158270a8871020c27c52ab2ed2e1090a0b0c0d0e0fa09a3ed8e2eeaee58c1a14dacedb1b020ef5ffa719c002dcfa"
    "0dc9b272600671";
inline constexpr std::string_view kTicketClientRecord =
    "f76a2f695a1f6307c4bab37bbc07cd1ac367ead409cde3cc3d186275cbdf0a4dc89dac4d6c11e8de87d408c9";

}  // namespace rozaneh::scramblesuit::vectors
