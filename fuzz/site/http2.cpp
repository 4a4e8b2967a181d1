// An HTTP/2 connection without I/O: any bytes in, requests answered, bodies and tunnels included.
#include <cstdlib>

#include "site/h2_head.h"
#include "site/h2_session.h"
#include "site/static_site.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::site;

void respond(H2Session& session, H2Session::Ready ready) {
  static const auto shelf = default_shelf(1'700'000'000);
  const Request* request = session.request(ready.stream);
  if (request == nullptr) std::abort();
  if (ready.refusal == 0 && !request->protocol.empty()) {
    session.open_tunnel(ready.stream, Buffer{0x88});
    (void)session.send(ready.stream, bytes_of("tunnel"));
    return;
  }
  (void)session.take_body(ready.stream);
  Answer answer =
      ready.refusal != 0 ? error_answer(*request, ready.refusal) : answer_from_shelf(*request, *shelf);
  filter(*request, answer, 1);
  const Buffer block = h2_field_block(*request, answer, {}, session.takes_table_update());
  session.answer(ready.stream, block, answer.head_only ? nullptr : std::make_unique<Body>(answer));
}

void converse(Bytes input, std::size_t step, bool keeps_bodies) {
  H2Session session({.requests = 50, .keeps_bodies = keeps_bodies, .may_extend = [](const Request& so_far) {
                       return so_far.method == "CONNECT" && so_far.path == "/";
                     }});
  while (!input.empty() && !session.ended()) {
    const Bytes part = input.first(std::min(step, input.size()));
    input = input.subspan(part.size());
    session.feed(part);
    while (const auto ready = session.next()) {
      respond(session, *ready);
      session.go_on();
    }
    for (std::uint32_t stream = 1; stream < 8; stream += 2) (void)session.take_inbound(stream);
    if (session.output().size() > 1024 * 1024) std::abort();
  }
  session.time_out();
  (void)session.output();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  const Bytes input(bytes, size);
  const Buffer after_preface = concat(bytes_of(kPreface), input);
  converse(input, size, false);
  converse(after_preface, after_preface.size(), false);
  converse(after_preface, 7, true);
  return 0;
}
