import { EventEmitter } from 'eventemitter3';
import type { ManagerEvents } from './events.js';

type Listener = (...args: unknown[]) => unknown;

/** An eventemitter3 emitter whose listeners cannot hurt each other or the caller: what they throw goes to `error` listeners. */
export class SafeEmitter extends EventEmitter<ManagerEvents> {
  readonly #guarded = new Map<string, WeakMap<Listener, Listener>>();

  constructor() {
    super();
    const { on, once, removeListener } = EventEmitter.prototype;
    const guard = (type: unknown, listener: unknown): Listener =>
      this.#guard(String(type), listener as Listener);
    const known = (type: unknown, listener: unknown): Listener | undefined =>
      this.#guarded.get(String(type))?.get(listener as Listener) ?? (listener as Listener | undefined);
    this.on = (type, listener, context) => on.call(this, type, guard(type, listener), context) as this;
    this.once = (type, listener, context) => once.call(this, type, guard(type, listener), context) as this;
    this.removeListener = (type, listener, context, onlyOnce) =>
      removeListener.call(this, type, listener && known(type, listener), context, onlyOnce) as this;
    this.addListener = this.on;
    this.off = this.removeListener;
  }

  /** Reports what a listener or hook threw; never throws itself. */
  protected report(error: unknown, where: string): void {
    if (where !== 'listener of error') this.emit('error', error, where);
  }

  #guard(type: string, original: Listener): Listener {
    const ofType = this.#guarded.get(type) ?? new WeakMap<Listener, Listener>();
    this.#guarded.set(type, ofType);
    const known = ofType.get(original);
    if (known) return known;
    const report = (error: unknown): void => this.report(error, `listener of ${type}`);
    const guarded = function guarded(this: unknown, ...args: unknown[]): void {
      try {
        const result = original.apply(this, args);
        if (result instanceof Promise) result.catch(report);
      } catch (error) {
        report(error);
      }
    };
    ofType.set(original, guarded);
    return guarded;
  }
}
