interface Props {
  /** What the confirming button says, and what tests find it by. */
  label: string;
  confirm: string;
  isDanger: boolean;
  busy: boolean;
  /** What the button says while it cannot be pressed for another reason than that it is being done. */
  idle?: string;
  onClose: () => void;
}

/** The end of a dialog's form: leave it, or confirm. */
export function FormEnd({ label, confirm, isDanger, busy, idle, onClose }: Props) {
  return (
    <div class="form-end">
      <button type="button" class="button" onClick={onClose}>
        Leave it
      </button>
      <button
        type="submit"
        class={`button ${isDanger ? 'button-danger' : 'button-main'}`}
        disabled={busy}
        data-confirm={confirm}
      >
        {busy ? (idle ?? 'One moment…') : label}
      </button>
    </div>
  );
}
