// China's rule against fully encrypted traffic, November 2021 to March 2023 (Wu et al., USENIX Security '23,
// algorithm 1; detect.py of their artifact), in the three forms in which it was published.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace rozaneh::lab {

enum class FullyEncryptedRule {
  // The measured one. Exempts [16-17] 03 [00-09] and "GET ", "PUT ", "POST ", "HEAD ".
  paper,
  // nDPI 4.11: 20 printable bytes in a row are enough, a payload shorter than six bytes that is all printable
  // is exempt
  // by the second rule, and there is no fifth, because nDPI's other dissectors ran first.
  ndpi,
  // OpenGFW 0.2: as the paper, but with the first three letters of nine methods.
  opengfw,
};

// Why a first packet is let pass. The first that holds, in this order.
enum class Exemption {
  bits,             // Ex1: at most 3.4 or at least 4.6 bits set a byte, in the mean
  printable_start,  // Ex2: the first six bytes are 0x20..0x7e
  printable_share,  // Ex3: more than half of the bytes are
  printable_run,    // Ex4: more than 20 bytes in a row are (nDPI: 20)
  protocol,         // Ex5: it begins as TLS or HTTP
};

std::string_view name_of(Exemption exemption);

// Judges the payload of a connection's first packet with data from client to server, not put together with
// any other. nullopt: it is looked upon as fully encrypted, and blocked with the censor's probability
// (measured: 0.263). An empty payload is exempt by its bits.
std::optional<Exemption> exemption_of(Bytes first_payload,
                                      FullyEncryptedRule rule = FullyEncryptedRule::paper);

}  // namespace rozaneh::lab
