# The Python that convoy/xla runs in a process of its own, as a string of the library: what talks to
# jaxlib is the Python package's own file. Building needs no Python.
set(worker_script "")
foreach(part IN ITEMS python/convoy/_jaxlib.py convoy/xla/worker.py)
  file(READ ${part} text)
  string(APPEND worker_script "${text}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${part})
endforeach()
configure_file(convoy/xla/worker_script.cc.in generated/convoy/xla/worker_script.cc @ONLY)
