// The command line `convoy`. What its exit codes mean stands in its help, below.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>
#include <string>

#include <fmt/format.h>

#include "convoy/base/error.h"
#include "convoy/base/version.h"
#include "interrupt.h"
#include "usage.h"
#include "verbs.h"

namespace {

constexpr int failed = 1, called_wrongly = 2, apart = 3, interrupted = 130;

constexpr const char* examples = R"(
Examples:
  convoy export yolo11n net.onnx          a built-in network as an ONNX file
  convoy inspect net.onnx                 what it takes, gives, holds and costs
  convoy run net.onnx --input photo.jpg   its answer to a picture
  convoy compare net.onnx --against onnxruntime
  convoy bench net.onnx                   how fast it runs
  convoy profile net.onnx                 where the time goes
  convoy ops                 which operators there are
  convoy ops conv            what conv takes
  convoy version             version and backends

Every verb explains itself: convoy VERB --help
Exit codes: 0 done, 1 failed, 2 called wrongly, 3 compared results do not agree, 130 stopped by
Ctrl-C)";

// One block: the first line says what, further ones are indented below it.
int report(int code, std::string message) {
  for (size_t at = 0; (at = message.find('\n', at)) != std::string::npos; at += 3)
    message.replace(at, 1, "\n  ");
  fmt::print(stderr, "convoy: {}\n", message);
  return code;
}

int run(int argc, char** argv) {
  CLI::App app("Convolutional networks: build, differentiate, compile and run them", "convoy");
  app.footer(examples);
  app.set_version_flag("--version", fmt::format("convoy {}", convoy::version));
  app.require_subcommand(1);
  const convoy::cli::Session session{convoy::cli::cancelled_by_interrupt()};
  convoy::cli::add_run(app, session);
  convoy::cli::add_inspect(app, session);
  convoy::cli::add_compare(app, session);
  convoy::cli::add_bench(app, session);
  convoy::cli::add_profile(app, session);
  convoy::cli::add_convert(app, session);
  convoy::cli::add_export(app, session);
  convoy::cli::add_devices(app, session);
  convoy::cli::add_ops(app, session);
  convoy::cli::add_version(app, session);
  if (argc == 1) {
    std::cout << app.help();
    return 0;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return report(called_wrongly,
                  fmt::format("{}\nconvoy --help shows how it is used", error.what()));
  }
  // Output that nobody could read (a full disk, a closed pipe) is no success.
  std::cout.flush();
  return std::fflush(stdout) == 0 && std::cout ? 0 : failed;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const convoy::CancelledError&) {
    return report(interrupted, "stopped by Ctrl-C");
  } catch (const convoy::cli::UsageError& error) {
    return report(called_wrongly, error.what());
  } catch (const convoy::cli::Disagreement& error) {
    return report(apart, error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    return report(failed, fmt::format("'{}': {}", error.path1().string(), error.code().message()));
  } catch (const std::bad_alloc&) {
    return report(failed, "out of memory");
  } catch (const std::exception& error) {
    return report(failed, error.what());
  }
}
