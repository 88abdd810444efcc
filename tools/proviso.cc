// proviso: the front door, execs the tool that is named.  proviso(1)
#include "cli/front_door.h"

int main(int argc, char** argv) { return proviso::cli::front_door(argc, argv); }
