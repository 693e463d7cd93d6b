import { useEffect } from 'preact/hooks';
import { Notice } from './parts/notice.js';

/** What stands where the page may not ask the server anything. */
export function NoToken({ refused }: { refused: boolean }) {
  useEffect(() => {
    document.title = 'Showrunner studio';
  }, []);
  return (
    <Notice icon="key" title={refused ? 'This link is no longer good' : 'Open the studio from its link'}>
      <p>
        {refused
          ? 'The server takes another token: it may serve another production now. Open the link that the command prints:'
          : 'The studio shows a production only to those who have its link. The command prints it:'}
      </p>
      <pre>
        <code>npx showrunner studio</code>
      </pre>
      <p class="quiet">
        The token in the link stays in this tab, and is sent to nobody but the server on this machine.
      </p>
    </Notice>
  );
}
