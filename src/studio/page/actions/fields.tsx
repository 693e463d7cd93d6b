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

export function Words({
  name,
  label,
  required = false,
  optional = false,
  isFirst = false,
  placeholder,
  value,
  onChange,
}: {
  name: string;
  label: string;
  required?: boolean;
  optional?: boolean;
  /** Has the focus when its dialog opens. */
  isFirst?: boolean;
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <label class="field">
      <span>
        {label}
        {optional && <span class="quiet"> (optional)</span>}
      </span>
      <input
        name={name}
        autocomplete="off"
        autofocus={isFirst}
        required={required}
        maxLength={longestReason}
        placeholder={placeholder}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

export function Amount({
  label = 'Add',
  name = 'amount',
  optional = false,
  value,
  onChange,
}: {
  label?: string;
  name?: string;
  optional?: boolean;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <label class="field">
      <span>{label}</span>
      <span class="field-money">
        <span aria-hidden="true">$</span>
        <input
          name={name}
          inputMode="decimal"
          autocomplete="off"
          required={!optional}
          pattern="\$?\d{1,7}(\.\d{1,6})?"
          title="dollars, such as 1.50"
          placeholder={optional ? '' : '1.00'}
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

/** What a call gave, as it is typed. */
export function Given({
  note,
  required = false,
  value,
  onChange,
}: {
  note: string;
  required?: boolean;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <label class="field">
      <span>
        Result <span class="quiet">(JSON or text)</span>
      </span>
      <textarea
        name="result"
        rows={3}
        required={required}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <span class="quiet">{note}</span>
    </label>
  );
}
