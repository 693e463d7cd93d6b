import { useEffect, useRef, useState } from 'preact/hooks';

/** A value that components follow. Changes are told once per animation frame, however many there were. */
export interface Store<State extends object> {
  get(): State;
  set(change: Partial<State>): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<State extends object>(initial: State): Store<State> {
  let state = initial;
  let asked = false;
  const listeners = new Set<() => void>();
  const tell = (): void => {
    asked = false;
    for (const listener of listeners) listener();
  };
  return {
    get: () => state,
    set(change) {
      state = { ...state, ...change };
      if (asked) return;
      asked = true;
      requestAnimationFrame(tell);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The selected part of a store; the component is drawn again when that part is another one. */
export function useStore<State extends object, Part>(
  store: Store<State>,
  select: (state: State) => Part,
): Part {
  const [, redraw] = useState(0);
  const part = select(store.get());
  const drawn = useRef({ select, part });
  drawn.current = { select, part };
  useEffect(() => {
    const check = (): void => {
      if (!Object.is(drawn.current.select(store.get()), drawn.current.part)) redraw((count) => count + 1);
    };
    // What changed between drawing and subscribing counts too.
    check();
    return store.subscribe(check);
  }, [store]);
  return part;
}
