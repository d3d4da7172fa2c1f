import type { Role } from '@apiary/common/messages/access.ts';
import { ROLES } from '../../state/access.ts';

const MAY: Readonly<Record<Role, string>> = {
  admin: 'admin: everything',
  editor: 'editor: changes agents, targets and rules',
  viewer: 'viewer: reads',
};

/** A role as a field of a form. */
export function RoleField(props: { readonly most: string; readonly initial?: Role }) {
  const most = ROLES.find((role) => role === props.most);
  const roles = most ? ROLES.slice(ROLES.indexOf(most)) : ROLES;
  return (
    <label className="ap-form-field">
      <span>Role</span>
      <select className="ap-input" name="role" defaultValue={props.initial ?? 'viewer'}>
        {roles.map((role) => (
          <option key={role} value={role}>
            {MAY[role]}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The role that a form names. */
export function roleOf(form: FormData): Role {
  const named = form.get('role');
  return ROLES.find((role) => role === named) ?? 'viewer';
}
