// Written by tests/transport/vectors.py; do not edit.
// clang-format off
#pragma once

#include <string_view>

namespace rozaneh::obfs3::vectors {

inline constexpr std::string_view kInitiatorPrivate =
    "01080f161d242b323940474e555c636a71787f868d949ba2a9b0b7bec5ccd3dae1e8eff6fd040b121920272e353c434a"
    "51585f666d747b828990979ea5acb3bac1c8cfd6dde4ebf2f900070e151c232a31383f464d545b626970777e858c939a"
    "a1a8afb6bdc4cbd2d9e0e7eef5fc030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5dce3ea"
    "f1f8ff060d141b222930373e454c535a61686f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4fb020910171e252c333a";
inline constexpr std::string_view kResponderPrivate =
    "f0fb06111c27323d48535e69747f8a95a0abb6c1ccd7e2edf8030e19242f3a45505b66717c87929da8b3bec9d4dfeaf5"
    "000b16212c37424d58636e79848f9aa5b0bbc6d1dce7f2fd08131e29343f4a55606b76818c97a2adb8c3ced9e4effa05"
    "101b26313c47525d68737e89949faab5c0cbd6e1ecf7020d18232e39444f5a65707b86919ca7b2bdc8d3dee9f4ff0a15"
    "202b36414c57626d78838e99a4afbac5d0dbe6f1fc07121d28333e49545f6a75808b96a1acb7c2cdd8e3eef9040f1a25";
inline constexpr std::string_view kInitiatorPublic =
    "cb79e405c52324884584057c427121386be45012c245a8551c175c01a25b82fc84a132698332d9c25757471ce8e87677"
    "cc0dfce7b5f32120eb44d27c5718fab3101a714588448a7b64a2345e2d2a60a6b9d8d8bb9bdd880426a29b89fba7e44e"
    "9b613f650bf3f919a8fae6fc56584f3691c0e77cd27eebc3fb1d76831a78da3a0f3881ece0b94450abc11250de14bf1f"
    "95b7b316a000946136fee85cbb1a6f611206a09ed0157d2e21a05a8c4ee7ff3b7c55aab6219680718ed6bf05a727f7fd";
inline constexpr std::string_view kResponderPublic =
    "67fbcd0364b06619a0cd1ca141e2a19d35f4e15f1d1d2250eaec54a7eaac880c76a24e79369fb767b4336bf875a6fe48"
    "57168802768e98533ee849a864fbe7312ef0b583958704ef529a0b8af99cd07b8d7e3d84f7f4fc054dfaa70523b7b177"
    "0b936c29fb2802faf66c0c38f699232ab08b16c29eb332c7103242952e66b905d6176faec51995144a4a14dd3b67ca68"
    "93a35e3abe344469e3684f63c1962187b664c80d524074eecf5d0a3d7eba6a648cf72e90c8ae4880f9be19374407763d";
inline constexpr std::string_view kInitiatorMagic =
    "f374042e1d13af965925368174e62d3505dacf0260d5e8fc622ae64bc30ac646";
inline constexpr std::string_view kResponderMagic =
    "f6fdf0638b748811438c598b0f51c767a00aa060276c555c8cdf51dd2de66046";
inline constexpr std::string_view kInitiatorData =
    "7a8b8a6904d76c040462c77c5a057437b0b02d7840a8bc";
inline constexpr std::string_view kResponderData =
    "6d706e1653fd4ed9db7b23b1969ce992f7";

}  // namespace rozaneh::obfs3::vectors
