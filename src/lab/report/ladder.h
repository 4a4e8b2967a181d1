// A censor's rule told as a sequence of packets between client, censor and server.
#pragma once

#include <string>
#include <vector>

#include "lab/censor/spec.h"

namespace rozaneh::lab {

struct LadderStep {
  enum class Kind {
    opens,     // packets both ways
    passes,    // a packet that gets to the other side
    dropped,   // ends at the censor
    injected,  // begins at the censor
    slowed,    // gets to the other side, but late or not always
    note,      // no packet: what must hold, or what goes on
  };
  Kind kind = Kind::note;
  bool up = true;     // towards the server
  bool sees = false;  // in this packet the censor finds what it looks for
  std::string text;

  bool operator==(const LadderStep&) const = default;
};

// In the order in which it happens. Only what the rule says: chance, thresholds and penalties are notes.
std::vector<LadderStep> ladder_of(const CensorRule& rule);

// "client → server: ClientHello, dropped by the censor": a step as a sentence.
std::string sentence_of(const LadderStep& step);

// The sequence as SVG for a page: 360 units wide, in colours of the page's style sheet.
std::string ladder_svg(const std::vector<LadderStep>& steps, std::string_view title);

}  // namespace rozaneh::lab
