// std::visit(Overloaded{[](const A&) {...}, [](const B&) {...}}, variant)
#pragma once

namespace hs {
template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;
}  // namespace hs
