import type { ProductionStateManager } from '../manager/manager.js';
import { episodeUri, stateUri } from './resources.js';

type Tell = (uri: string) => void;

/** Storms of commits are told as one change of each resource. Milliseconds. */
const gatherMs = 50;

/** Tells whoever has subscribed which resources have changed, whichever process changed them. Watches the production from the first subscription on. */
export class ChangeTeller {
  readonly #tells: Tell[] = [];
  readonly #gathered = new Set<string>();
  #isWanted = false;
  #manager: ProductionStateManager | undefined;
  #isGathering = false;

  /** Adds a way to tell. */
  add(tell: Tell): void {
    this.#tells.push(tell);
  }

  /** Somebody has subscribed. Where there is no production yet, watching begins when there is one. */
  want(open: () => Promise<ProductionStateManager>): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    void open().then(
      (manager) => this.opened(manager),
      () => {},
    );
  }

  /** The production has been opened. */
  opened(manager: ProductionStateManager): void {
    if (!this.#isWanted || this.#manager === manager) return;
    this.#manager = manager;
    manager.production.onCommit(({ steps }) => {
      this.#gathered.add(stateUri);
      for (const { sessionId } of steps) this.#gathered.add(episodeUri(sessionId));
      if (!this.#isGathering) setTimeout(() => this.#tellAll(), gatherMs).unref();
      this.#isGathering = true;
    });
    manager.follow();
  }

  #tellAll(): void {
    this.#isGathering = false;
    const uris = [...this.#gathered];
    this.#gathered.clear();
    for (const uri of uris) for (const tell of this.#tells) tell(uri);
  }
}
