import { ActForm, Field } from './act-form.tsx';

/** For what cannot come back: says what goes, and wants its name typed. */
export function ConfirmForm(props: {
  readonly verb: string;
  /** What will be gone. */
  readonly consequence: string;
  readonly name: string;
  readonly act: () => Promise<unknown>;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}) {
  return (
    <>
      <p className="ap-sheet-text">{props.consequence}</p>
      <ActForm verb={props.verb} act={props.act} onDone={props.onDone} onCancel={props.onCancel}>
        <Field
          label={`Type ${props.name} to confirm`}
          name="confirm"
          pattern={escaped(props.name)}
          title={props.name}
        />
      </ActForm>
    </>
  );
}

/** As a pattern that only the very name matches. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
