import * as core from '@llmtrace/core';
import * as api from '@opentelemetry/api';
import express from 'express';
import OpenAI from 'openai';
import { drive } from './drive.mjs';

await drive({ express, OpenAI, core, api });
