// What happens to one item of an evaluation, written down from top to bottom as a coroutine: each reply and each
// reading of an answer is awaited, and other items go on meanwhile, so that the models always have enough to work on
// together.
#pragma once
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace counterpoint::persuasion {

/// A reply, reading or scoring failed: thrown at the place that awaited it, ends its item and no other.
struct ItemFailed {
  std::string why;  ///< one line
};

/// A coroutine that begins when it is started, or when another one awaits it. Everything that it refers to must outlive
/// it.
class Script {
 public:
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  /// Several scripts that one awaits together.
  struct Joint {
    size_t left = 0;  ///< that are not over
    std::coroutine_handle<> awaited_by;
  };
  /// At its end the script that awaits it, if one does, goes on.
  struct AtEnd {
    bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(Handle ended) noexcept;
    void await_resume() noexcept {}
  };
  struct promise_type {
    std::exception_ptr failure;
    std::coroutine_handle<> awaited_by;
    Joint* joint = nullptr;
    Script get_return_object() { return Script(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    AtEnd final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { failure = std::current_exception(); }
  };

  Script(Script&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Script& operator=(Script&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  ~Script() {
    if (handle_) handle_.destroy();
  }

  void start() { handle_.resume(); }
  void start(Joint& joint) {
    handle_.promise().joint = &joint;
    handle_.resume();
  }
  bool done() const { return handle_.done(); }
  /// What ended it, null: nothing. Once it is done.
  std::exception_ptr failure() const { return handle_.promise().failure; }

  bool await_ready() const { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) {
    handle_.promise().awaited_by = awaiting;
    return handle_;
  }
  void await_resume() const {
    if (failure()) std::rethrow_exception(failure());
  }

 private:
  explicit Script(Handle handle) : handle_(handle) {}
  Handle handle_;
};

inline std::coroutine_handle<> Script::AtEnd::await_suspend(Handle ended) noexcept {
  std::coroutine_handle<> next = ended.promise().awaited_by;
  if (Joint* joint = ended.promise().joint; joint && --joint->left == 0) next = joint->awaited_by;
  return next ? next : std::noop_coroutine();
}

/// `co_await together(..)`: all of them at once, until the last is over; then the first failure, if there was one. A
/// script that is handed over is begun later, so it must take texts that are made for it by value.
class Together {
 public:
  explicit Together(std::vector<Script> scripts) : scripts_(std::move(scripts)) {}
  Together(const Together&) = delete;
  Together& operator=(const Together&) = delete;

  bool await_ready() const { return scripts_.empty(); }
  bool await_suspend(std::coroutine_handle<> awaiting) {
    joint_.left = scripts_.size() + 1;  // so that the last one cannot go on before all have begun
    for (Script& script : scripts_) script.start(joint_);
    joint_.awaited_by = awaiting;
    return --joint_.left > 0;
  }
  void await_resume() const {
    for (const Script& script : scripts_)
      if (script.failure()) std::rethrow_exception(script.failure());
  }

 private:
  std::vector<Script> scripts_;
  Script::Joint joint_;
};

inline Together together(std::vector<Script> scripts) { return Together(std::move(scripts)); }

/// Something that calls back once with a value or an error. A script that is destroyed while it waits is not called
/// any more.
template <class T>
class Awaited {
 public:
  using Done = std::function<void(T value, const std::string& error)>;

  explicit Awaited(std::function<void(Done)> begin) : begin_(std::move(begin)), state_(std::make_shared<State>()) {}
  Awaited(const Awaited&) = delete;
  Awaited& operator=(const Awaited&) = delete;
  ~Awaited() { state_->waiting = nullptr; }

  bool await_ready() const { return false; }

  /// False, so that the script goes straight on, where the answer is there at once.
  bool await_suspend(std::coroutine_handle<> script) {
    begin_([state = state_](T value, const std::string& error) {
      state->value = std::move(value);
      state->error = error;
      if (state->waiting) std::exchange(state->waiting, nullptr).resume();
    });
    if (state_->value) return false;
    state_->waiting = script;
    return true;
  }

  T await_resume() {
    if (!state_->error.empty()) throw ItemFailed{state_->error};
    return std::move(*state_->value);
  }

 private:
  struct State {
    std::coroutine_handle<> waiting;
    std::optional<T> value;
    std::string error;
  };
  std::function<void(Done)> begin_;
  std::shared_ptr<State> state_;
};

}  // namespace counterpoint::persuasion
