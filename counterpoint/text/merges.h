// The merges of a vocabulary as a table of ids, from a list in rank order or from SentencePiece scores.
#pragma once
#include "counterpoint/text/id_tables.h"
#include "counterpoint/text/tokenizer_parts.h"

namespace counterpoint::text {

/// Error: a merge of, or into, what is no token, by number and spelling; scores of another length than the tokens.
MergeTable merge_table(const TokenizerParts& parts, const SpellingTable& spellings);

/// For parts with scores: the tokens that text can merge into, best score first; not the added ones, not those that
/// stand for a byte.
std::vector<TokenId> mergeable_by_score(const TokenizerParts& parts);

/// The spelling of a byte where text has no token: "<0x0A>".
std::string byte_spelling(unsigned char byte);

}  // namespace counterpoint::text
