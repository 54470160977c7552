# Writes OUTPUT, a source with a hash of the sources below ROOT that plans of the backend cpu depend
# on. Run by cmake/code_fingerprint.cmake's command.
set(hashes "")
foreach(folder IN ITEMS base ops graph composites passes reference cpu)
  file(GLOB_RECURSE sources RELATIVE ${ROOT} ${ROOT}/convoy/${folder}/*)
  list(SORT sources)
  foreach(source IN LISTS sources)
    file(SHA256 ${ROOT}/${source} hash)
    string(APPEND hashes "${source} ${hash}\n")
  endforeach()
endforeach()
string(SHA256 whole "${hashes}")
string(SUBSTRING ${whole} 0 32 whole)
file(WRITE ${OUTPUT} "#include \"convoy/cpu/code_fingerprint.h\"

namespace convoy::cpu {
const char* const code_fingerprint = \"${whole}\";
}
")
