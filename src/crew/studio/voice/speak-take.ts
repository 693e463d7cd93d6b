import * as z from 'zod';
import { ProductionError, toDollars } from '../../../../machines/index.js';
import { json } from '../../json-artifact.js';
import { sha256 } from '../../made-once.js';
import type { ArtifactRef, OperationOutcome, PhaseContext } from '../../port.js';
import { readWave, waveHeader } from '../../audio/wave.js';
import { costOfUsage, mostCost } from '../prices/cost.js';
import type { Charge, Price } from '../types.js';
import { UnusableAnswer } from '../unusable-answer.js';
import { complaintOf } from './check-speech.js';
import { ProviderRefusal } from './provider-refusal.js';
import type { SentCall, Speech, SpeechRequest } from './speech-model.js';
import { commentOf, KeptTake, noteOf, sentOf, soundOf, type Take } from './take.js';

const Sent = z.object({
  sentAt: z.string(),
  requestId: z.string().optional(),
  earlierIds: z.array(z.string()),
}) satisfies z.ZodType<SentCall>;

/** A call that was looked up, is paid, and has no sound that can be used. */
interface Unusable {
  unusable: string;
}

/** How often a take is paid anew whose sound was no good, or is lost. */
const mostRounds = 4;

/** What speaking a take needs. */
export interface Speaking {
  context: PhaseContext;
  /** Milliseconds of the clock. */
  now: () => number;
}

/**
 * Speaks a take in one paid operation, once for its words, model and voice, whatever the revision, and in all forks; what is spoken and whole is not asked for again. What is known of a call is
 * written down before it is sent, so that after a crash the provider can be asked for it.
 */
export async function speakTake(
  { context, now }: Speaking,
  take: Take,
  previousIds: readonly string[],
): Promise<KeptTake> {
  const kept = await keptTake(context, take);
  if (kept) return kept;
  const request = { text: take.text, voice: take.cast.voice, previousIds };
  for (let round = 0; ; round += 1) {
    const made = await paidTake({ context, now }, take, request, round);
    if ('unusable' in made) {
      if (round + 1 < mostRounds) continue;
      throw new ProductionError('artifact_invalid', `${made.unusable}. Run the audio phase again.`, {
        sessionId: context.sessionId,
      });
    }
    const whole = await wholeTake(context, take, request, made);
    if (!whole) continue;
    await context.writeArtifact(noteOf(take), json(whole));
    await context.removeArtifact(`${context.phase}/${sentOf(take)}`);
    return whole;
  }
}

async function paidTake(
  { context, now }: Speaking,
  take: Take,
  request: SpeechRequest,
  round: number,
): Promise<KeptTake | Unusable> {
  const { model, price } = take.cast;
  // Its sound is lost, and no provider has it: it is spoken anew.
  const key = round === 0 ? `speech-${take.id}` : `speech-${take.id}-again-${String(round)}`;
  const outcome = async (speech: Speech): Promise<OperationOutcome<KeptTake | Unusable>> => {
    const charge = chargeOf(speech, price);
    const cost = charge.cost === undefined ? undefined : toDollars(charge.cost);
    const complaint = complaintOf(take.text, speech);
    if (complaint !== undefined) return { result: { unusable: unusable(take, complaint) }, cost };
    const { sha256: hash } = await writeSound(context, take, speech);
    return { result: { ...keptOf(speech, charge, new Date(now()).toISOString()), sha256: hash }, cost };
  };
  return context.operation<KeptTake | Unusable>(
    'speak',
    {
      key,
      acrossRevisions: true,
      acrossForks: true,
      priceMayChange: true,
      maxCost: toDollars(mostCost(model.most(take.text), price)),
      input: { ...model.ref, voice: request.voice, text: take.text },
      reconcile: async ({ signal }) => {
        const sent = await readSent(context, take);
        // It is written down before anything is sent.
        if (!sent) return 'retry';
        const found = (await model.lookUp?.(request, sent, { signal })) ?? 'ask';
        return typeof found === 'string' ? found : outcome(found);
      },
    },
    async ({ signal }) => {
      const before = await readSent(context, take);
      const earlierIds = [...(before?.earlierIds ?? []), ...(before?.requestId ? [before.requestId] : [])];
      const sent = { sentAt: new Date(now()).toISOString(), earlierIds };
      const note = (call: SentCall) => context.writeArtifact(sentOf(take), json(call));
      await note(sent);
      const began = async (requestId: string): Promise<void> => void (await note({ ...sent, requestId }));
      const speech = await model.speak(request, { signal, began });
      const made = await outcome(speech);
      // Policy says whether it is spoken once more.
      if ('unusable' in made.result)
        throw new UnusableAnswer('invalid_output', made.result.unusable, chargeOf(speech, price));
      return made;
    },
  );
}

function unusable({ text, cast: { voice, model } }: Take, complaint: string): string {
  return `the voice ${voice} (${model.ref.provider}) said "${text.slice(0, 60)}", and ${complaint}`;
}

function chargeOf({ usage }: Speech, price: Price): Charge {
  const cost = usage && costOfUsage({ inputTokens: 0, outputTokens: 0, ...usage }, price);
  return { cost, basis: cost === undefined ? 'reservation' : 'usage', table: price.table };
}

function keptOf({ samples, rate, requestId, timing }: Speech, charge: Charge, spokenAt: string): KeptTake {
  return {
    seconds: samples.length / rate,
    ...(requestId === undefined ? {} : { requestId }),
    spokenAt,
    ...timing,
    basis: charge.basis,
    prices: charge.table,
  };
}

function writeSound(context: PhaseContext, take: Take, { samples, rate }: Speech): Promise<ArtifactRef> {
  const pcm = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return context.writeArtifact(
    soundOf(take),
    Buffer.concat([waveHeader(samples.length, rate, commentOf(take.id)), pcm]),
  );
}

async function isWhole(context: PhaseContext, take: Take, kept: KeptTake): Promise<boolean> {
  return isSound(await context.readArtifact(`${context.phase}/${soundOf(take)}`), take, kept);
}

function isSound(bytes: Uint8Array | undefined, { id }: Take, { sha256: hash }: KeptTake): boolean {
  if (bytes === undefined || readWave(bytes)?.comment !== commentOf(id)) return false;
  return hash === undefined || sha256(bytes) === hash;
}

/** A paid sound, from where it is: this episode's folder, that of the one it was forked from, or the provider's history. */
async function wholeTake(
  context: PhaseContext,
  take: Take,
  request: SpeechRequest,
  made: KeptTake,
): Promise<KeptTake | undefined> {
  if (await isWhole(context, take, made)) return made;
  return (await inheritedTake(context, take, made)) ?? fetchedAgain(context, take, request, made);
}

/** Only what is to the byte what was paid for is taken over. */
async function inheritedTake(
  context: PhaseContext,
  take: Take,
  made: KeptTake,
): Promise<KeptTake | undefined> {
  const bytes = await context.readInherited(`${context.phase}/${soundOf(take)}`);
  if (made.sha256 === undefined || !bytes || !isSound(bytes, take, made)) return undefined;
  await context.writeArtifact(soundOf(take), bytes);
  return made;
}

/** What was spoken and settled before, if its files are whole. */
async function keptTake(context: PhaseContext, take: Take): Promise<KeptTake | undefined> {
  const note = await readKept(context, noteOf(take), KeptTake);
  return note && (await isWhole(context, take, note)) ? note : undefined;
}

/** A paid sound whose file is lost: the provider may still have it, and gives it for nothing. */
async function fetchedAgain(
  context: PhaseContext,
  take: Take,
  request: SpeechRequest,
  made: KeptTake,
): Promise<KeptTake | undefined> {
  const { requestId, spokenAt } = made;
  if (requestId === undefined) return undefined;
  const sent = { sentAt: spokenAt, requestId, earlierIds: [] };
  const found = await take.cast.model
    .lookUp?.(request, sent, { signal: context.signal })
    .catch(unlessKeptBack);
  if (found === undefined || typeof found === 'string') return undefined;
  const { sha256: hash } = await writeSound(context, take, found);
  return { ...made, sha256: hash };
}

/** A key may have no right to the history: then nobody has the sound. */
function unlessKeptBack(error: unknown): undefined {
  if (error instanceof ProviderRefusal && [401, 403, 404].includes(error.status)) return undefined;
  throw error;
}

function readSent(context: PhaseContext, take: Take): Promise<SentCall | undefined> {
  return readKept(context, sentOf(take), Sent);
}

/** Undefined where there is none, or it is no longer what was written. */
async function readKept<T>(
  context: PhaseContext,
  name: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const bytes = await context.readArtifact(`${context.phase}/${name}`);
  if (!bytes) return undefined;
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}
