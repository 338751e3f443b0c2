{
  'variables': {
    # `node-gyp rebuild -- -Dsanitize=1` builds for AddressSanitizer.
    'sanitize%': 0,
  },
  'targets': [
    {
      'target_name': 'flowzoo_native',
      # Every source in native/: a family of kernels is one more file there.
      'sources': ['<!@(node scripts/libraries.mjs sources)'],
      'include_dirs': ['<!@(node scripts/libraries.mjs include)'],
      'libraries': ['<!@(node scripts/libraries.mjs link)'],
      'defines': ['NAPI_VERSION=8'],
      'cflags_cc!': ['-fno-exceptions', '-std=gnu++17', '-std=gnu++20'],
      'cflags_cc': ['-std=c++17', '-fexceptions', '-O3', '-fno-math-errno', '-Wall', '-Wextra', '-fvisibility=hidden'],
      'conditions': [
        ['OS=="linux"', { 'cflags_cc': ['-fopenmp'], 'ldflags': ['-fopenmp'] }],
        # It is built where it runs; processor.cc refuses to start on a lesser processor.
        ['OS=="linux" and target_arch=="x64"', { 'cflags_cc': ['-march=native', '-mprefer-vector-width=512'] }],
        ['OS=="linux" and target_arch=="arm64"', { 'cflags_cc': ['-mcpu=native'] }],
        [
          'OS=="mac"',
          {
            'xcode_settings': {
              'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
              'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
              'OTHER_CPLUSPLUSFLAGS': ['-O3', '-fno-math-errno', '-Wall', '-Wextra', '-fvisibility=hidden'],
            },
          },
        ],
        [
          'sanitize==1',
          {
            'cflags_cc': ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined', '-g', '-O1'],
            'ldflags': ['-fsanitize=address,undefined'],
          },
        ],
      ],
    },
  ],
}
