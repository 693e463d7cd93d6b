import type { Option } from './forms.js';

const longestReason = 500;

export function Reason({
  required,
  value,
  onChange,
}: {
  required: boolean;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <label class="field">
      <span>Reason{!required && <span class="quiet"> (optional)</span>}</span>
      <textarea
        name="reason"
        rows={2}
        required={required}
        maxLength={longestReason}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

export function Amount({
  label = 'Add',
  value,
  onChange,
}: {
  label?: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <label class="field">
      <span>{label}</span>
      <span class="field-money">
        <span aria-hidden="true">$</span>
        <input
          name="amount"
          inputMode="decimal"
          autocomplete="off"
          required
          pattern="\$?\d{1,7}(\.\d{1,6})?"
          title="dollars, such as 1.50"
          placeholder="1.00"
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      </span>
    </label>
  );
}

export function Choice({
  name,
  choices,
  value,
  onChange,
}: {
  name: string;
  choices: Option[];
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <fieldset class="choices">
      <legend>{name}</legend>
      {choices.map((choice) => (
        <label key={choice.value} class="choice">
          <input
            type="radio"
            name="choice"
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          <span>
            <b>{choice.title}</b> <span class="quiet">{choice.note}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
