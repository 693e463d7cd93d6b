import { ceilToMicro, phaseNames, type PhaseName, type Usd } from '../../../../machines/index.js';
import type { PastEpisode } from '../../port.js';
import { StudioSettings } from '../settings.js';
import type { Range } from './estimate.js';

/** What a range comes from, and from how many earlier episodes. */
export interface Basis {
  from: 'prices' | 'history';
  episodes: number;
}

/** What is to be made. */
interface Wish {
  settings: StudioSettings;
  minutes: number;
  /** Its own script says better than others what a voice will cost. */
  isWritten: boolean;
}

/** How much longer or shorter an episode may have been to say something of this one. */
const likeLength = 2;
/** One episode says that the next will cost as much, give or take so much of it; more of them say it better. */
const spreadOfOne = 0.4;
const leastSpread = 0.15;

/** The ranges of prices, narrowed by what like episodes by the same models did cost a minute. Where the two have nothing in common, what was paid counts. */
export function byHistory(
  priced: Record<PhaseName, Range>,
  past: readonly PastEpisode[],
  wish: Wish,
): { ranges: Record<PhaseName, Range>; basis: Record<PhaseName, Basis> } {
  const like = past.flatMap((each) => likeEpisode(each, wish));
  const ranges = {} as Record<PhaseName, Range>;
  const basis = {} as Record<PhaseName, Basis>;
  for (const phase of phaseNames) {
    const { low, high } = priced[phase];
    const rates = like.filter(({ isLike }) => isLike[phase]).map(({ rates }) => rates[phase]);
    const isKnown = rates.length > 0 && high > 0 && !(phase === 'audio' && wish.isWritten);
    ranges[phase] = isKnown ? narrowed({ low, high }, rates, wish.minutes) : { low, high };
    basis[phase] = isKnown ? { from: 'history', episodes: rates.length } : { from: 'prices', episodes: 0 };
  }
  return { ranges, basis };
}

function narrowed(priced: Range, rates: readonly number[], minutes: number): Range {
  const spread = Math.max(leastSpread, spreadOfOne / Math.sqrt(rates.length));
  const low = ceilToMicro((Math.min(...rates) * minutes * (1 - spread)).toFixed(9));
  const high = ceilToMicro((Math.max(...rates) * minutes * (1 + spread)).toFixed(9));
  if (high < priced.low || low > priced.high) return { low, high };
  return { low: Math.max(low, priced.low) as Usd, high: Math.min(high, priced.high) as Usd };
}

/** Dollars a minute by phase, and in which phases the same models worked; none where the crew or the length was another. */
function likeEpisode(
  { crew, options, costs }: PastEpisode,
  { settings, minutes }: Wish,
): { rates: Record<PhaseName, number>; isLike: Record<PhaseName, boolean> }[] {
  const parsed = StudioSettings.safeParse(options['studio']);
  const was = Number(options['minutes']);
  const isLike = was > 0 && was <= minutes * likeLength && was >= minutes / likeLength;
  if (crew !== 'studio' || !parsed.success || !isLike) return [];
  const [now, then] = [makersOf(settings), makersOf(parsed.data)];
  const each = <T>(of: (phase: PhaseName) => T) =>
    ({ research: of('research'), script: of('script'), audio: of('audio') }) as Record<PhaseName, T>;
  return [
    {
      rates: each((phase) => costs[phase] / was),
      isLike: each((phase) => costs[phase] > 0 && now[phase] === then[phase]),
    },
  ];
}

/** Who makes a phase: episodes by others cost something else. */
function makersOf({
  research,
  script,
  judge,
  voice,
  voice_model,
}: StudioSettings): Record<PhaseName, string> {
  return {
    research: research ?? '',
    script: `${script} ${judge ?? script}`,
    audio: `${voice.split(':')[0] ?? ''} ${voice_model ?? ''}`,
  };
}
