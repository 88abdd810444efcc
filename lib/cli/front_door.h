// The front door: `proviso TOOL` becomes <exec-path>/TOOL.
#pragma once

#include <string>

namespace proviso::cli {

int front_door(int argc, char** argv);
// Where the tools lie: beside the program, else $PROVISO_EXEC_PATH.
std::string exec_path();

}  // namespace proviso::cli
