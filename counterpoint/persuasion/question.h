// A question of fact with its accepted answers: where Persuasion-Balanced Training starts.
#pragma once
#include <string>
#include <vector>

namespace counterpoint::persuasion {

struct Question {
  std::string id;
  std::string question;
  std::vector<std::string> answers;  ///< accepted spellings, the first is canonical; never empty
  std::vector<std::string> choices;  ///< one of them an accepted answer; empty: free-form only
  std::string category;              ///< empty where the source has none
};

}  // namespace counterpoint::persuasion
