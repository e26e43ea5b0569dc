// protoclip emoji: a set of pairs that needs no download.
#include <cstdio>
#include <memory>

#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/data/emoji/emoji_set.h"

namespace counterpoint::commands::protoclip {

void declare_emoji(CLI::App& program) {
  const auto options = std::make_shared<emoji::EmojiSetOptions>();
  CLI::App* command = program.add_subcommand(
      "emoji", "Draw the emoji of Debian's fonts-noto-color-emoji as image-text pairs, some of them held out.");
  command->add_option("--output-dir", options->output, "Gets train/ and held-out/")->required();
  shown_as(command->add_option("--size", options->side, "Pixels a side, at most 512")
               ->check(CLI::Range(8, 512))
               ->capture_default_str(),
           "N");
  shown_as(command->add_option("--held-out", options->held_out, "Emoji that are held out")
               ->check(above_zero())
               ->capture_default_str(),
           "N");
  shown_as(command->add_option("--seed", options->seed, "Of the draw")->capture_default_str(), "N");
  command->add_option("--font", options->font, "Another font with colour bitmaps");
  command->add_option("--list", options->list, "Another emoji-test.txt of Unicode");
  command->callback([options] {
    const auto progress = console_progress("emoji", "pictures");
    const emoji::EmojiSetResult result = emoji::make_emoji_set(*options, *progress);
    std::printf("%s: %lld emoji to train on, %lld held out\n", options->output.c_str(),
                static_cast<long long>(result.train), static_cast<long long>(result.held_out));
    if (result.not_drawn > 0)
      std::printf("%lld emoji of the list are not in the font\n", static_cast<long long>(result.not_drawn));
  });
}

}  // namespace counterpoint::commands::protoclip
