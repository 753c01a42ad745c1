import http from 'node:http';
import express from 'express';
import OpenAI from 'openai';
import qs from 'qs';
import serving from './serve.cjs';

await serving.serve({ http, express, qs, OpenAI });
