// A function whose name C++ has mangled, and one that throws.
#include <stdexcept>

double mangled(double x);
double mangled(double x) { return x; }

extern "C" double throws(double x);
extern "C" double throws(double x) { throw std::runtime_error("a plain function threw at " + std::to_string(x)); }
