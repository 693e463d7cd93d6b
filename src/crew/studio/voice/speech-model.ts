import type { ModelRef, MostUsage, Usage } from '../types.js';
import type { Timing } from './alignment.js';

/** What is said in one request. */
export interface SpeechRequest {
  text: string;
  /** The provider's name or id of the voice. */
  voice: string;
  /** What the same voice said just before it, for models that take it up: their requests' ids, oldest first. */
  previousIds: readonly string[];
}

/** What came back: 16-bit mono. */
export interface Speech {
  rate: number;
  samples: Int16Array;
  /** When each character is said, where the provider tells it truly. */
  timing?: Timing | undefined;
  requestId?: string | undefined;
  /** What was used, as far as the provider says. */
  usage: Pick<Usage, 'characters' | 'audioMs'> | undefined;
}

/** What is known of a call that was sent: written down before it is sent, and again when its answer begins. */
export interface SentCall {
  /** ISO-8601 UTC. */
  sentAt: string;
  requestId?: string | undefined;
  /** Ids of earlier calls for the same words, which are settled. */
  earlierIds: readonly string[];
}

/** A model that speaks. */
export interface SpeechModel {
  ref: ModelRef;
  /** What else shapes its sound, so that another one is another take. */
  manner?: string | undefined;
  /** Characters that one request may have. */
  mostCharacters(signal: AbortSignal): Promise<number>;
  /** Whether a voice's requests are made one after the other, each taking up the ones before. */
  isStitching: boolean;
  /** What a request can use at the most. */
  most(text: string): MostUsage;
  /** `began` is called, and waited for, when the answer begins. */
  speak(
    request: SpeechRequest,
    call: { signal: AbortSignal; began: (requestId: string) => Promise<void> },
  ): Promise<Speech>;
  /** Looks up what became of a call; left out where the provider has nothing to ask. */
  lookUp?(
    request: SpeechRequest,
    sent: SentCall,
    call: { signal: AbortSignal },
  ): Promise<Speech | 'retry' | 'ask'>;
  /** Ends what it has begun. */
  close?(): Promise<void>;
}
