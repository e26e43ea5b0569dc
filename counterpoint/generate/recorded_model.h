// A model whose replies are kept in a record and, where the record has them already, come from there.
#pragma once
#include <memory>
#include <string>

#include "counterpoint/generate/engine.h"
#include "counterpoint/generate/reply_record.h"

namespace counterpoint::generate {

/// What a local model's replies hang on besides the request, for record_replies(): prints of the weights, number
/// format, device, chat format. Error: a file that is not there.
std::string identity_of(const EngineOptions& engine);

/// `identity`: what a reply hangs on besides the request. Replies that failed or were stopped are not kept. `record`
/// must outlive what is returned.
std::unique_ptr<ChatModel> record_replies(std::unique_ptr<ChatModel> model, std::string identity, ReplyRecord& record);

}  // namespace counterpoint::generate
