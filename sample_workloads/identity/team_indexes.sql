CREATE INDEX IF NOT EXISTS IX_AspNetUsers_Id_IsActive ON AspNetUsers(Id, IsActive) WHERE IsActive = 1;
CREATE INDEX IF NOT EXISTS IX_AspNetUsers_Username_IsActive ON AspNetUsers(UserName, IsActive) WHERE IsActive = 1;
CREATE INDEX IF NOT EXISTS IX_AspNetUsers_Id_Username_Email ON AspNetUsers(Id) INCLUDE (UserName, Email, IsVerified);
-- "quick win" variant, same name as the first:
CREATE INDEX IF NOT EXISTS IX_AspNetUsers_Id_IsActive ON "AspNetUsers"("Id", "IsActive") WHERE "IsActive" = TRUE;
