// Sizes and types of what travels after the handshake (obfs4 specification section 5).
//
//     segment  2 length, masked | 16 tag | 1 type | 2 payload length | payload | padding (zeros)
//                                 \______________ box: sealed together _______________________/
#pragma once

#include <cstdint>

namespace rozaneh::obfs4 {

inline constexpr std::uint16_t kSegment = 1448;  // a TCP segment's usual payload
inline constexpr std::uint16_t kLengthSize = 2;
inline constexpr std::uint16_t kTagSize = 16;
inline constexpr std::uint16_t kPacketHeader = 3;
inline constexpr std::uint16_t kFrameOverhead = kLengthSize + kTagSize + kPacketHeader;  // 21
inline constexpr std::uint16_t kLargestBox = kSegment - kLengthSize;                     // 1446
inline constexpr std::uint16_t kLargestPayload = kSegment - kFrameOverhead;              // 1427
inline constexpr std::uint16_t kSeedFrame = kFrameOverhead + 24;                         // 45

enum class PacketType : std::uint8_t {
  payload = 0,    // of length 0: padding alone
  prng_seed = 1,  // 24 bytes, from the server
  // Others are ignored.
};

}  // namespace rozaneh::obfs4
