import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Loading, Notice } from './notice.js';

/** A part that not every visitor needs: its program is read when it is first shown. `what` says what is waited for. */
export function lazily<Props extends object>(
  what: string,
  load: () => Promise<FunctionComponent<Props>>,
): FunctionComponent<Props> {
  let Part: FunctionComponent<Props> | null = null;
  return function Lazily(props: Props) {
    const [state, setState] = useState<'reading' | 'read' | 'failed'>(Part ? 'read' : 'reading');
    const read = async (): Promise<void> => {
      try {
        Part ??= await load();
        setState('read');
      } catch {
        setState('failed');
      }
    };
    useEffect(() => {
      if (!Part) void read();
    }, []);
    if (Part) return <Part {...props} />;
    return state === 'reading' ? <Loading what={what} /> : <Unread />;
  };
}

// A browser keeps it that a module could not be read: only a page that is read anew asks again.
function Unread() {
  return (
    <Notice icon="warning" title="This part of the page could not be read">
      <p>The studio’s server does not answer, or it was renewed since this page was opened.</p>
      <button type="button" class="button" onClick={() => location.reload()}>
        Read the page anew
      </button>
    </Notice>
  );
}
