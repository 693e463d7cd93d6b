interface Props {
  /** What the confirming button says, and what tests find it by. */
  label: string;
  confirm: string;
  isDanger: boolean;
  busy: boolean;
  onClose: () => void;
}

/** The end of a dialog's form: leave it, or confirm. */
export function FormEnd({ label, confirm, isDanger, busy, onClose }: Props) {
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
        {busy ? 'One moment…' : label}
      </button>
    </div>
  );
}
