import * as z from 'zod';
import type { ModelRef } from '../types.js';
import type { Voices } from '../voice/voices.js';
import { failed, passed, unknown, type Finding } from './finding.js';
import { look, refusalIn, type Account, type Looked } from './look.js';
import { lookForModel } from './models.js';

/** OpenAI lists its voices nowhere but in its documentation ("Text to speech"; from memory of November 2026: whatever is not among them is told as unknown, and stops nothing). */
const openaiVoices = new Set(
  'alloy ash ballad cedar coral echo fable marin nova onyx sage shimmer verse'.split(' '),
);

const Models = z.array(z.object({ model_id: z.string(), can_do_text_to_speech: z.boolean().optional() }));
const Subscription = z.object({
  character_count: z.number(),
  character_limit: z.number(),
  can_extend_character_limit: z.boolean().optional(),
});

/** Whether there are such voices and a model that speaks, and credits for so many characters. */
export async function lookForVoices(
  { names }: Voices,
  ref: ModelRef,
  { account, characters }: { account: Account; characters: number },
): Promise<Finding[]> {
  const different = [...new Set(names)];
  if (ref.provider === 'openai')
    return [
      await lookForModel(ref, account, '"voice_model" in your crew.json:'),
      ...different.map(openaiVoice),
    ];
  return [
    await speakingModel(ref, account),
    ...(await Promise.all(different.map((name) => elevenLabsVoice(name, account)))),
    await credits(characters, account),
  ];
}

function openaiVoice(name: string): Finding {
  const said = { check: 'voice', subject: `openai:${name}` } as const;
  return openaiVoices.has(name)
    ? passed({ ...said, what: 'is known' })
    : unknown(
        { ...said, what: 'is none of those known in November 2026' },
        `Look whether OpenAI has it; known are ${[...openaiVoices].join(', ')}`,
      );
}

/** `GET /v1/voices/{voice_id}` (elevenlabs.io/docs, "Get voice"; not looked up again). */
async function elevenLabsVoice(name: string, account: Account): Promise<Finding> {
  const said = { check: 'voice', subject: `elevenlabs:${name}` } as const;
  const looked = await look(account, `/v1/voices/${encodeURIComponent(name)}`);
  const refusal = withheld(looked, said, 'voices_read') ?? refusalIn(looked, account, said);
  if (refusal) return refusal;
  return looked.status === 200
    ? passed({ ...said, what: 'is there' })
    : failed(
        { ...said, what: `ElevenLabs has no such voice for this key (${String(looked.status)})` },
        'Take the id of one of your voices (https://elevenlabs.io/app/voice-library): --voice elevenlabs:<id>',
      );
}

async function speakingModel({ model }: ModelRef, account: Account): Promise<Finding> {
  const said = { check: 'model', subject: `elevenlabs:${model}` } as const;
  const looked = await look(account, '/v1/models');
  const refusal = withheld(looked, said, 'models_read') ?? refusalIn(looked, account, said);
  if (refusal) return refusal;
  const models = Models.safeParse(looked.json).data ?? [];
  const speaks = models.filter(({ can_do_text_to_speech = true }) => can_do_text_to_speech);
  return speaks.some(({ model_id }) => model_id === model)
    ? passed({ ...said, what: 'is there' })
    : failed(
        { ...said, what: 'ElevenLabs has no such model that speaks' },
        `Name another one, "voice_model" in your crew.json: ${speaks.map(({ model_id }) => model_id).join(', ')}`,
      );
}

/** `GET /v1/user/subscription` (ElevenLabs' OpenAPI description in github.com/api-evangelist/elevenlabs, a stored copy, read on 29 November 2026). */
async function credits(characters: number, account: Account): Promise<Finding> {
  const said = { check: 'credits', subject: 'elevenlabs' } as const;
  const looked = await look(account, '/v1/user/subscription');
  const refusal = withheld(looked, said, 'user_read') ?? refusalIn(looked, account, said);
  if (refusal) return refusal;
  const found = Subscription.safeParse(looked.json).data;
  if (!found) return unknown({ ...said, what: 'ElevenLabs does not say what is left' }, 'Look at your plan');
  const left = found.character_limit - found.character_count;
  const what = `the plan has ${String(left)} credits left, and the episode is about ${String(characters)} characters`;
  return left >= characters || found.can_extend_character_limit === true
    ? passed({ ...said, what })
    : failed({ ...said, what }, 'Buy credits, wait for their next month, or make it shorter: --minutes');
}

/** A key can be kept from looking, and may speak all the same. */
function withheld(
  { status, json }: Looked,
  said: Pick<Finding, 'check' | 'subject'>,
  permission: string,
): Finding | undefined {
  const { detail } = (json ?? {}) as { detail?: { status?: unknown } | null };
  if (status !== 401 || detail?.status !== 'missing_permissions') return undefined;
  return unknown(
    { ...said, what: 'the key has no permission to look' },
    `Give it the permission ${permission} at ElevenLabs, to have it looked at`,
  );
}
