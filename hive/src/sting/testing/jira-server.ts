/** Jira's REST API v2 as far as alerts use it, Cloud and Data Center, with one project and its work flow. */
import { HttpRecorder, jsonAnswer, jsonOf, type Recorded } from './http-recorder.ts';

/** An issue. */
export interface JiraIssue {
  readonly key: string;
  readonly summary: string;
  readonly description: string;
  readonly labels: readonly string[];
  readonly comments: string[];
  status: 'new' | 'done';
  transitions: number;
}

/** See the file's head. */
export class JiraServer {
  readonly issues: JiraIssue[] = [];
  readonly http = new HttpRecorder((request) => this.#answer(request));

  #answer(request: Recorded) {
    const basic = `Basic ${Buffer.from('ada@example.com:good').toString('base64')}`;
    const { authorization } = request.headers;
    const isCloud = authorization === basic;
    if (!isCloud && authorization !== 'Bearer good') return jsonAnswer(401, { message: 'no' });
    const { pathname, searchParams } = request.url;
    const path = pathname.replace('/rest/api/2/', '');
    if (path === (isCloud ? 'search/jql' : 'search')) return this.#search(searchParams);
    if (path === 'issue' && request.method === 'POST') return this.#create(request);
    const [, key, part] = /^issue\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    const issue = this.issues.find((other) => other.key === key);
    if (!issue) return jsonAnswer(404, { errorMessages: ['Issue does not exist'] });
    const isPost = request.method === 'POST';
    if (part === 'comment') {
      if (!isPost) return jsonAnswer(200, { comments: issue.comments.map((body) => ({ body })) });
      issue.comments.push(String(jsonOf(request).body));
      return jsonAnswer(201, { id: '1' });
    }
    if (part === 'transitions') {
      if (!isPost) return jsonAnswer(200, { transitions: TRANSITIONS });
      issue.status = 'done';
      issue.transitions += 1;
      return { status: 204 };
    }
    return jsonAnswer(200, { fields: { status: { statusCategory: { key: issue.status } } } });
  }

  #search(parameters: URLSearchParams) {
    const label = /labels = "([^"]+)"/.exec(parameters.get('jql') ?? '')?.[1] ?? '';
    const found = this.issues.filter(({ labels }) => labels.includes(label));
    return jsonAnswer(200, { issues: found.map(({ key }) => ({ key, id: '1' })) });
  }

  #create(request: Recorded) {
    // Checked below, field by field.
    const fields = jsonOf(request).fields as Record<string, unknown>;
    const project = JSON.stringify(fields.project);
    if (project !== '{"key":"OPS"}' || JSON.stringify(fields.issuetype) !== '{"name":"Task"}') {
      return jsonAnswer(400, { errors: { project: 'valid project is required' } });
    }
    const key = `OPS-${this.issues.length + 1}`;
    this.issues.push({
      key,
      summary: String(fields.summary),
      description: String(fields.description),
      labels: Array.isArray(fields.labels) ? fields.labels.map(String) : [],
      comments: [],
      status: 'new',
      transitions: 0,
    });
    return jsonAnswer(201, { id: '1', key });
  }
}

const TRANSITIONS = [
  { id: '11', name: 'Start', to: { statusCategory: { key: 'indeterminate' } } },
  { id: '31', name: 'Done', to: { statusCategory: { key: 'done' } } },
];
