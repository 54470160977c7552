#include <iostream>

#include "convoy/base/version.h"

int main() {
  std::cout << "built against convoy " << convoy::version << '\n';
  return convoy::version.empty() ? 1 : 0;
}
