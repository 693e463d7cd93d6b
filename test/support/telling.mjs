// Tells a person by adding what it gets to a file. As long as there is a file of that name with `.down` added, it does not work.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
appendFileSync(file, readFileSync(0, 'utf8'));
if (existsSync(`${file}.down`)) {
  console.error('nobody is at home');
  process.exit(1);
}
