/** Containers that run on this host, by Docker's socket, with what people labelled them. */
import { CONTAINER_LABELS_MAX, HOST_CONTAINERS_MAX } from '@apiary/common/limits/host-view.ts';
import type { HostContainer } from '@apiary/common/messages/host-view.ts';
import { z } from 'zod';
import { getJson } from '../inputs/docker-socket.ts';

const listSchema = z.array(
  z.looseObject({
    Names: z.array(z.string()).default([]),
    Image: z.string().default(''),
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
);

/** The containers of one Docker. @throws AppError, or what the system says */
export async function listContainers(socket: string): Promise<HostContainer[]> {
  const list = listSchema.parse(await getJson(socket, '/containers/json'));
  return list.slice(0, HOST_CONTAINERS_MAX).map(({ Names, Image, Labels }) => ({
    name: (Names[0] ?? '').replace(/^\//, '').slice(0, 255),
    image: Image.slice(0, 512),
    labels: Object.fromEntries(
      Object.entries(Labels ?? {})
        .filter(([name, value]) => name.length <= 255 && value.length <= 512)
        .slice(0, CONTAINER_LABELS_MAX),
    ),
  }));
}
