#pragma once
#include "counterpoint/core/error.h"

namespace counterpoint::test {

template <class Action>
std::string error_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "expected a counterpoint::Error";
  return "";
}

}  // namespace counterpoint::test
