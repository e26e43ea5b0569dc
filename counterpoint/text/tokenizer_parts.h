// What a tokenizer is made of, from whatever file it comes: tokenizer.json, vocab.json + merges.txt, GGUF metadata.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace counterpoint::text {

using TokenId = std::int32_t;

/// Ids lie below this; a file that claims more is damaged.
constexpr std::int64_t most_tokens = 1 << 24;

/// A token that is cut out of the text before anything else happens to it.
struct AddedToken {
  std::string content;
  TokenId id = 0;
  bool special = false;      ///< left out by decode(skip_special)
  bool lstrip = false;       ///< swallows the white space before it
  bool rstrip = false;       ///< and behind it
  bool single_word = false;  ///< only where no letter or digit touches it
  bool normalized = false;   ///< looked for in the normalised text instead of in the raw one
};

/// One step of text normalisation.
struct Normalizer {
  enum class Kind {
    nfc,
    nfd,
    nfkc,
    nfkd,
    lowercase,
    prepend,       ///< puts `to` in front of a text that is not empty
    replace,       ///< each `from` becomes `to`
    replace_regex  ///< each match of the pattern `from` becomes `to`
  };
  Kind kind = Kind::nfc;
  std::string from, to;
};

/// One step of cutting the text into words that BPE never merges across.
struct PreSplitter {
  enum class Kind {
    isolated,  ///< matches of `pattern` and what lies between them are words
    matches,   ///< only the matches are words, the rest is dropped
    between,   ///< only what lies between the matches is words
    prefix     ///< no cut: a word that does not begin with a space gets one in front
  };
  Kind kind = Kind::isolated;
  std::string pattern;  ///< PCRE2
};

/// SentencePiece's way with spaces: each becomes U+2581, and one is put before the text.
struct Metaspace {
  /// Nothing is prepended where a space is there already. first: at the very start; always: behind added tokens as
  /// well.
  enum class Prepend { never, first, always };
  Prepend prepend = Prepend::always;
  bool split = false;  ///< words begin at each U+2581
};

/// One step from tokens back to text.
struct TextDecoder {
  enum class Kind {
    byte_level,     ///< GPT-2's printable stand-ins become bytes
    replace,        ///< each `from` in a token becomes `to`
    byte_fallback,  ///< runs of <0xNN> become bytes; U+FFFD each where those are no UTF-8
    fuse,           ///< the tokens become one string
    strip,       ///< up to `start` and `stop` times `from` are cut off the ends of each token (of the text, once fused)
    metaspace,   ///< U+2581 becomes a space, in the first token nothing unless `start` is 0
    end_of_word  ///< the suffix `from` becomes a space; outer white space of the text is cut off
  };
  Kind kind = Kind::byte_level;
  std::string from, to;
  std::int64_t start = 0, stop = 0;
};

struct TokenizerParts {
  enum class Kind {
    byte_level,    ///< words are spelled in GPT-2's 256 printable stand-ins for bytes
    byte_fallback  ///< words are spelled in characters; one that is no token is spelled <0xNN> byte by byte
  };
  Kind kind = Kind::byte_level;
  std::vector<std::string>
      tokens;  ///< by id, as spelled in the vocabulary; "" = a gap. Added tokens may be in it or not

  /// In rank order. Leave it empty and fill `scores` for a SentencePiece vocabulary that has no merges.
  std::vector<std::pair<std::string, std::string>> merges;
  /// By id. Without merges, two neighbours are merged where their join is a token, that of the highest score first.
  std::vector<float> scores;

  std::vector<AddedToken> added;
  std::vector<Normalizer> normalizers;  ///< applied one after another
  std::vector<PreSplitter> splitters;   ///< applied one after another
  std::optional<Metaspace> metaspace;   ///< before the splitters
  bool ignore_merges = false;           ///< a whole word that is a token is that token, whatever the merges say
  std::string unknown_token;            ///< for a character that has no other spelling; "": it is left out
  bool fuse_unknown = false;            ///< a run of unknown characters is one unknown token
  std::string end_of_word_suffix;       ///< CLIP's "</w>", on the last character of each word
  std::vector<TextDecoder> decoders;    ///< applied one after another
};

}  // namespace counterpoint::text
