// QUIC Initial packets for tests, sealed as a client would.
#pragma once

#include "base/writer.h"
#include "crypto/aes.h"
#include "lab/recognise/quic_packet.h"

namespace rozaneh::lab {

struct QuicPlan {
  std::uint32_t version = kQuicV1;
  Buffer destination_id = Buffer(8, 0xd1);
  Buffer source_id = Buffer(8, 0x51);
  Buffer token{};
  std::uint64_t number = 0;
  std::size_t number_size = 1;
  std::uint32_t version_of_keys = 0;  // 0: the same
  std::uint8_t type = 0xff;           // of the first byte's two bits; 0xff: an Initial's
};

inline Buffer crypto_frame(std::uint64_t offset, Bytes data) {
  Writer frame;
  frame.u8(6);
  put_varint(frame, offset);
  put_varint(frame, data.size());
  return frame.bytes(data).take();
}

inline Buffer sealed(const QuicPlan& plan, Bytes frames) {
  const bool second = plan.version == kQuicV2;
  const unsigned type = plan.type != 0xff ? plan.type : second ? 1U : 0U;
  Writer header;
  header.u8(static_cast<std::uint8_t>(0xc0U | type << 4U | (plan.number_size - 1))).u32(plan.version);
  header.u8(static_cast<std::uint8_t>(plan.destination_id.size())).bytes(plan.destination_id);
  header.u8(static_cast<std::uint8_t>(plan.source_id.size())).bytes(plan.source_id);
  if (type == (second ? 1U : 0U)) put_varint(header, plan.token.size()).bytes(plan.token);
  put_varint(header, plan.number_size + frames.size() + 16);
  for (std::size_t i = plan.number_size; i-- > 0;)
    header.u8(static_cast<std::uint8_t>(plan.number >> (8 * i)));

  const auto keys = client_initial_keys(plan.version_of_keys != 0 ? plan.version_of_keys : plan.version,
                                        plan.destination_id);
  auto nonce = keys.iv;
  for (std::size_t i = 0; i < 8; ++i) nonce[11 - i] ^= static_cast<std::uint8_t>(plan.number >> (8 * i));
  Buffer text(frames.begin(), frames.end());
  const auto tag = crypto::seal_aes128_gcm(keys.key.bytes(), nonce, header.view(), text);
  const std::size_t number_at = header.size() - plan.number_size;
  Buffer packet = concat(header.take(), text, tag);
  const Bytes after = Bytes(packet).subspan(number_at + 4);
  std::array<std::uint8_t, 16>
      sample{};  // zeros where the packet is too short for one, which no client sends
  copy(sample, after.first(std::min(after.size(), sample.size())));
  std::array<std::uint8_t, 5> mask{};
  crypto::AesCtr(keys.header_protection.bytes(), sample).apply(mask);
  packet[0] = static_cast<std::uint8_t>(packet[0] ^ (mask[0] & 0x0fU));
  for (std::size_t i = 0; i < plan.number_size; ++i) packet[number_at + i] ^= mask[i + 1];
  return packet;
}

}  // namespace rozaneh::lab
