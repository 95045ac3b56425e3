-- What drizzle-kit generates for the billing dashboard: serial keys, amounts as text, foreign keys without indexes.

CREATE TABLE "representatives" (
    "id" serial PRIMARY KEY NOT NULL,
    "name" text NOT NULL,
    "code" text NOT NULL,
    "is_active" boolean DEFAULT true,
    "parent_id" integer,
    "created_at" timestamp DEFAULT now(),
    CONSTRAINT "representatives_code_unique" UNIQUE("code")
);

CREATE TABLE "invoices" (
    "id" serial PRIMARY KEY NOT NULL,
    "invoice_number" text NOT NULL,
    "representative_id" integer,
    "amount" text NOT NULL,
    "status" text DEFAULT 'unpaid',
    "issue_date" text,
    "usage_data" jsonb,
    "created_at" timestamp DEFAULT now(),
    CONSTRAINT "invoices_invoice_number_unique" UNIQUE("invoice_number")
);

CREATE TABLE "payments" (
    "id" serial PRIMARY KEY NOT NULL,
    "representative_id" integer,
    "invoice_id" integer,
    "amount" text NOT NULL,
    "payment_date" text NOT NULL,
    "is_allocated" boolean DEFAULT false,
    "created_at" timestamp DEFAULT now()
);

CREATE TABLE "activity_logs" (
    "id" serial PRIMARY KEY NOT NULL,
    "type" text NOT NULL,
    "description" text NOT NULL,
    "related_id" integer,
    "metadata" jsonb,
    "created_at" timestamp DEFAULT now()
);

CREATE TABLE "settings" (
    "id" serial PRIMARY KEY NOT NULL,
    "key" text NOT NULL,
    "value" text NOT NULL,
    CONSTRAINT "settings_key_unique" UNIQUE("key")
);

ALTER TABLE "invoices" ADD CONSTRAINT "invoices_representative_id_representatives_id_fk"
    FOREIGN KEY ("representative_id") REFERENCES "representatives"("id");
ALTER TABLE "payments" ADD CONSTRAINT "payments_representative_id_representatives_id_fk"
    FOREIGN KEY ("representative_id") REFERENCES "representatives"("id");
ALTER TABLE "payments" ADD CONSTRAINT "payments_invoice_id_invoices_id_fk"
    FOREIGN KEY ("invoice_id") REFERENCES "invoices"("id");
CREATE INDEX "activity_logs_created_at_idx" ON "activity_logs" ("created_at");
