// at::parallel_for, in place of ATen/Parallel.h: it is a template, which without OpenMP runs on one thread and says
// nothing.
#pragma once

#ifndef _OPENMP
#error "compile with OpenMP, as the files that counterpoint/CMakeLists.txt lists: at::parallel_for would use one thread"
#endif

#include <ATen/Parallel.h>
