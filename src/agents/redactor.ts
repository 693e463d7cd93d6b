import { makeRedactor, secretsIn } from '../../machines/redact.js';

/** Takes secrets out of what hosts are told: a host keeps its transcripts, and shows them to a model. */
export const redactor = makeRedactor(secretsIn(process.env));
