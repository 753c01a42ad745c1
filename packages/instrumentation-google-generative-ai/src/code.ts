/** What is loaded with the first call of the SDK. */
import { batchEmbedContents, embedContent } from './embeddings.ts';
import { contentEndpoints } from './generate-content.ts';

/** By the names of the methods. */
export const endpoints = { ...contentEndpoints, embedContent, batchEmbedContents };
