/** The `zero-trust` command; what a pipeline may rely on is its output and exit codes, described in docs/command-line.md. */
export { main } from './run';
