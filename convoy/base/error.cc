#include "convoy/base/error.h"

namespace convoy {

void rethrow_with_prefix(const std::string& prefix) {
  try {
    throw;
  } catch (const ShapeError& error) {
    throw ShapeError(prefix + error.what());
  } catch (const IndexError& error) {
    throw IndexError(prefix + error.what());
  } catch (const ValueError& error) {
    throw ValueError(prefix + error.what());
  } catch (const TypeError& error) {
    throw TypeError(prefix + error.what());
  } catch (const NotSupportedError& error) {
    throw NotSupportedError(prefix + error.what());
  } catch (const LimitError& error) {
    throw LimitError(prefix + error.what());
  } catch (const CancelledError& error) {
    throw CancelledError(prefix + error.what());
  } catch (const Error& error) {
    throw Error(prefix + error.what());
  }
}

}  // namespace convoy
