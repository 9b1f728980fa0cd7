/** Entry point of the command; everything is in ./cli. */
import { main } from './cli/main';

void main(process.argv);
