export { CommandEnd, ExitCode, exitCodeOf } from './exit-code.js';
export { type CliIo, type Output, processIo } from './io.js';
export { main } from './main.js';
export { withExamples } from './support/command-help.js';
export { Screen } from './terminal/screen.js';
