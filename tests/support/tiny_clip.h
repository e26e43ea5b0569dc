// A CLIP model that trains in a moment.
#pragma once

namespace counterpoint::test {

/// open_clip's JSON of a one-layer vision transformer on 16 pixels, with a text tower for up to 600 tokens.
inline constexpr const char* tiny_clip = R"({"embed_dim": 16, "vision_cfg": {"image_size": 16, "layers": 1, "width": 16,
      "head_width": 8, "patch_size": 8}, "text_cfg": {"context_length": 24, "vocab_size": 600, "width": 16, "heads": 2,
      "layers": 1}})";

}  // namespace counterpoint::test
